import { contractSuite } from '@sandlot/core/testing';
import { sample } from '../test/sample-server.ts';

contractSuite(sample, { caps: [], examples: { sample_greet: { name: 'Ada' }, sample_wait: { ms: 1 } } });
