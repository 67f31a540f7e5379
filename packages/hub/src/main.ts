// The process: hands the command line to the program. Everything that reads arguments or the environment is behind it,
// in cli/ and config/.
import { runProgram } from './cli/program.ts';

await runProgram(process.argv);
