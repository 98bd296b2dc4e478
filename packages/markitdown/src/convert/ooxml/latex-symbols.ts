/** Signs of mathematics as LaTeX commands. */

const commands: Readonly<Record<string, string>> = Object.fromEntries(
  (
    'α alpha β beta γ gamma δ delta ε epsilon ϵ epsilon ζ zeta η eta θ theta ϑ vartheta ι iota κ kappa λ lambda μ mu ν nu ξ xi π pi ρ rho ς varsigma σ sigma τ tau υ upsilon φ phi ϕ phi χ chi ψ psi ω omega ' +
    'Γ Gamma Δ Delta Θ Theta Λ Lambda Ξ Xi Π Pi Σ Sigma Υ Upsilon Φ Phi Ψ Psi Ω Omega ' +
    '× times ÷ div ± pm ∓ mp ⋅ cdot ∙ cdot · cdot ∗ ast ∘ circ ⊕ oplus ⊗ otimes ≤ leq ≥ geq ≠ neq ≈ approx ≡ equiv ≅ cong ∼ sim ≃ simeq ∝ propto ≪ ll ≫ gg ' +
    '∈ in ∉ notin ∋ ni ⊂ subset ⊃ supset ⊆ subseteq ⊇ supseteq ∪ cup ∩ cap ∅ emptyset ∀ forall ∃ exists ¬ neg ∧ wedge ∨ vee ∴ therefore ∵ because ⊥ perp ∥ parallel ∠ angle ' +
    '→ rightarrow ← leftarrow ↔ leftrightarrow ⇒ Rightarrow ⇐ Leftarrow ⇔ Leftrightarrow ↦ mapsto ↑ uparrow ↓ downarrow ⟶ longrightarrow ' +
    '∞ infty ∂ partial ∇ nabla ∫ int ∬ iint ∭ iiint ∮ oint ∑ sum ∏ prod √ surd … ldots ⋯ cdots ⋮ vdots ⋱ ddots ℏ hbar ℓ ell ℜ Re ℑ Im ℵ aleph ℝ mathbb{R} ℕ mathbb{N} ℤ mathbb{Z} ℚ mathbb{Q} ℂ mathbb{C} † dagger ‡ ddagger ⟨ langle ⟩ rangle ⌈ lceil ⌉ rceil ⌊ lfloor ⌋ rfloor ‖ Vert ∣ mid'
  )
    .split(' ')
    .reduce<[string, string][]>((pairs, word, at, all) => (at % 2 === 0 ? [...pairs, [word, `\\${all[at + 1] ?? ''}`]] : pairs), []),
);

/** Names that LaTeX has as commands. */
export const functions: ReadonlySet<string> = new Set(
  'sin cos tan cot sec csc arcsin arccos arctan sinh cosh tanh coth log ln lg exp lim limsup liminf max min sup inf det dim ker deg gcd hom arg Pr'.split(
    ' ',
  ),
);

/** Large operators. */
export const naryOperators: Readonly<Record<string, string>> = {
  '∑': '\\sum',
  '∏': '\\prod',
  '∐': '\\coprod',
  '∫': '\\int',
  '∬': '\\iint',
  '∭': '\\iiint',
  '∮': '\\oint',
  '⋃': '\\bigcup',
  '⋂': '\\bigcap',
  '⋁': '\\bigvee',
  '⋀': '\\bigwedge',
  '⨁': '\\bigoplus',
  '⨂': '\\bigotimes',
};

/** Accents over a letter, by their combining character. */
export const accents: Readonly<Record<string, string>> = {
  '\u0300': '\\grave',
  '\u0301': '\\acute',
  '\u0302': '\\hat',
  '\u0303': '\\tilde',
  '\u0304': '\\bar',
  '\u0305': '\\overline',
  '\u0306': '\\breve',
  '\u0307': '\\dot',
  '\u0308': '\\ddot',
  '\u030c': '\\check',
  '\u20d7': '\\vec',
  '\u20d6': '\\overleftarrow',
  '~': '\\tilde',
  '^': '\\hat',
  '\u00af': '\\bar',
  '\u2192': '\\vec',
};

/** Braces and arrows above or below a group. */
export const bars: Readonly<Record<string, string>> = {
  '\u23de': '\\overbrace',
  '\u23df': '\\underbrace',
  '\u2192': '\\overrightarrow',
  '\u2190': '\\overleftarrow',
};

/** Text of an equation: signs become commands, reserved characters are escaped, styled letters become plain ones. */
export function symbolLatex(text: string): string {
  let latex = '';
  for (const sign of text.normalize('NFC')) {
    const plain = sign.codePointAt(0) ?? 0;
    const letter = plain >= 0x1d400 && plain <= 0x1d7ff ? sign.normalize('NFKC') : sign;
    const command = commands[letter];
    if (command !== undefined) latex += `${command} `;
    else if (/[{}%#&_$]/.test(letter)) latex += `\\${letter}`;
    else if (letter === '\\') latex += '\\backslash ';
    else if (letter === '−') latex += '-';
    else if (/[\u2061-\u2064\u200b]/.test(letter)) continue;
    else latex += letter;
  }
  return latex;
}
