/** The bad inputs S1–S27 over MCP, each by its number. S14 is in server-end.test.ts, too. */
import { describe } from 'vitest';
import { commandsInputs } from './bad-inputs/commands.ts';
import { lifetimeInputs } from './bad-inputs/lifetime.ts';
import { outputInputs } from './bad-inputs/output.ts';
import { terminalInputs } from './bad-inputs/terminal.ts';
import { tortureInputs } from './bad-inputs/torture.ts';
import { mcpWorld } from './bad-inputs/world.ts';

describe('MCP', () => {
  commandsInputs(mcpWorld);
  tortureInputs(mcpWorld);
  lifetimeInputs(mcpWorld);
  outputInputs(mcpWorld);
  terminalInputs(mcpWorld);
});
