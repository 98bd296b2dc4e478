#!/usr/bin/env node
import { runServer } from '@sandlot/core/cli';
import { code } from './index.ts';

await runServer(code);
