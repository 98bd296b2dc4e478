#!/usr/bin/env node
import { runServer } from '@sandlot/core/cli';
import { shell } from './index.ts';

await runServer(shell);
