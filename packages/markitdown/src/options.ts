/** Options of the server. */
import { isIP } from 'node:net';
import { commaList } from '@sandlot/core/config';
import { z } from 'zod';

const hosts = commaList.refine(
  (rules) => rules.every(isHostRule),
  'expected hosts like intra.example or *.example, and networks like 10.0.0.0/8',
);

function isHostRule(rule: string): boolean {
  const [address = '', prefix] = rule.split('/');
  const family = isIP(address);
  if (family === 0) return /^(?:\*\.)?[\w-]+(?:\.[\w-]+)*$/.test(rule);
  return prefix === undefined || (/^\d{1,3}$/.test(prefix) && Number(prefix) <= (family === 4 ? 32 : 128));
}

export const options = {
  allowPrivateAddresses: {
    description: 'Fetch web addresses that are loopback, private or link-local too. Default: public addresses only.',
    schema: z.boolean().default(false),
    boolean: true,
  },
  allowedHosts: {
    description: 'Hosts and networks that may be fetched although they are private: intra.example, *.example, 10.0.0.0/8',
    schema: hosts,
    placeholder: 'LIST',
  },
  blockedHosts: {
    description: 'Hosts and networks that may not be fetched',
    schema: hosts,
    placeholder: 'LIST',
  },
  maxBytes: {
    description: 'Largest document, in bytes.',
    schema: z.coerce
      .number()
      .int()
      .min(1)
      .default(100 * 1024 * 1024),
    placeholder: 'BYTES',
  },
  maxInflatedBytes: {
    description: 'Largest size of an unpacked document, in bytes.',
    schema: z.coerce
      .number()
      .int()
      .min(1)
      .default(256 * 1024 * 1024),
    placeholder: 'BYTES',
  },
  timeoutMs: {
    description: 'Longest time of a conversion, in milliseconds.',
    schema: z.coerce.number().int().min(100).default(120_000),
    placeholder: 'MS',
  },
  memoryMb: {
    description: 'Largest JavaScript heap of a conversion, in MiB.',
    schema: z.coerce.number().int().min(64).default(512),
    placeholder: 'MIB',
  },
  fetchTimeoutMs: {
    description: 'Longest wait for a web address, in milliseconds.',
    schema: z.coerce.number().int().min(100).default(30_000),
    placeholder: 'MS',
  },
  concurrency: {
    description: 'Conversions that run at once; others wait.',
    schema: z.coerce.number().int().min(1).default(4),
    placeholder: 'COUNT',
  },
  plugins: {
    description: 'Modules with a converter, an ocrEngine or a transcriber, separated by commas.',
    schema: commaList,
    placeholder: 'FILES',
  },
};
