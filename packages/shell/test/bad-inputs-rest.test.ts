/** The bad inputs S1–S27 over REST, each by its number. S14 is in server-end.test.ts, too. */
import { describe } from 'vitest';
import { commandsInputs } from './bad-inputs/commands.ts';
import { lifetimeInputs } from './bad-inputs/lifetime.ts';
import { outputInputs } from './bad-inputs/output.ts';
import { terminalInputs } from './bad-inputs/terminal.ts';
import { tortureInputs } from './bad-inputs/torture.ts';
import { restWorld } from './bad-inputs/rest-world.ts';

describe('REST', () => {
  commandsInputs(restWorld);
  tortureInputs(restWorld);
  lifetimeInputs(restWorld);
  outputInputs(restWorld);
  terminalInputs(restWorld);
});
