#!/usr/bin/env node
import { runServer } from '@sandlot/core/cli';
import { file } from './index.ts';

await runServer(file);
