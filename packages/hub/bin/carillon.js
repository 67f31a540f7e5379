#!/usr/bin/env node
// Starts Carillon with Node 24 or later, whichever Node runs this file: an older one hands over to the `node` package
// that lies next to Carillon. When this process dies, even by kill -9, the one it started ends too.
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { fileURLToPath } from 'node:url';

const neededMajor = 24;
const exitWrongNode = 78; // EX_CONFIG of sysexits.h
const launchedMark = 'CARILLON_LAUNCHED';

function findNode(folder) {
  const candidate = join(
    folder,
    'node_modules',
    'node',
    'bin',
    process.platform === 'win32' ? 'node.exe' : 'node',
  );
  if (existsSync(candidate)) return candidate;
  const parent = dirname(folder);
  return parent === folder ? null : findNode(parent);
}

function handOver(node) {
  const child = spawn(node, [...process.execArgv, ...process.argv.slice(1)], {
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, [launchedMark]: '1' },
  });
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = signal ? 128 + constants.signals[signal] : code;
  });
}

function followLauncher() {
  delete process.env[launchedMark];
  process.channel?.unref();
  process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
}

if (Number.parseInt(process.versions.node, 10) >= neededMajor) {
  if (process.env[launchedMark]) followLauncher();
  module.enableCompileCache?.();
  await import('../src/main.ts');
} else {
  const node = process.env[launchedMark] ? null : findNode(dirname(fileURLToPath(import.meta.url)));
  if (node) {
    handOver(node);
  } else {
    console.error(
      `carillon: needs Node ${neededMajor} or later, and this is ${process.versions.node}; install it, or the npm package node@${neededMajor}`,
    );
    process.exitCode = exitWrongNode;
  }
}
