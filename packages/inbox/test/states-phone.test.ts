import { stateSuite } from './support/state-suites.ts';

stateSuite(360);
