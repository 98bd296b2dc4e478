#!/usr/bin/env node
/** Runs the browser server from the command line. */
import { runServer } from '@sandlot/core/cli';
import { browser } from './index.ts';

await runServer(browser);
