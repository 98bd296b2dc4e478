/** What is printed for one document: Markdown, Markdown with its facts, or JSON. */
import type { Conversion } from '../convert/convert.ts';
import type { CommandFlags } from './arguments.ts';

/** The output for one document. */
export function printed(conversion: Conversion, flags: Pick<CommandFlags, 'json' | 'front-matter'>): string {
  if (flags.json) {
    const { images, ...facts } = conversion;
    return `${JSON.stringify({ ...facts, images: images.map(({ name, mimetype }) => ({ name, mimetype })) })}\n`;
  }
  if (!flags['front-matter']) return conversion.markdown;
  const facts = { ...(conversion.title !== undefined && { title: conversion.title }), ...conversion.metadata };
  const lines = Object.entries(facts).map(([name, value]) => `${name}: ${JSON.stringify(value)}\n`);
  return `---\n${lines.join('')}---\n\n${conversion.markdown}`;
}
