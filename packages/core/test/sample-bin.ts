#!/usr/bin/env node
import { runServer } from '@sandlot/core/cli';
import { sample } from './sample-server.ts';

await runServer(sample);
