import { retried, type Scenarios } from '../scenario.ts';

export const falseScenarios: Scenarios = {
  failed: ({ jobrunner }) => jobrunner.submit('false'),
  retried: retried('false', 'none'),
};
