// What a create is compared with: the least that Node can do with the same request. It reads and parses the body, and
// answers 201 with a small one.
import { createServer } from 'node:http';

const port = Number(process.argv[2]);

const server = createServer((request, response) => {
  const chunks: Buffer[] = [];
  request.on('data', (chunk: Buffer) => chunks.push(chunk));
  request.on('end', () => {
    const body = JSON.parse(Buffer.concat(chunks).toString()) as { appNotificationId: string };
    const answer = JSON.stringify({ id: body.appNotificationId, readState: 'unread' });
    response.writeHead(201, {
      'Content-Type': 'application/json',
      'Content-Length': Buffer.byteLength(answer),
    });
    response.end(answer);
  });
});
server.listen(port, '127.0.0.1', () => process.stdout.write('ready\n'));
process.on('disconnect', () => process.exit());
process.on('SIGTERM', () => process.exit());
