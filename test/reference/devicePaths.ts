import type { LinearSpec, NormSpec } from '../../src/models/spec';
import type { Transformer } from '../../src/models/transformer';
import type { HeadLayout } from '../../src/tensors/primitives/primitives';

/**
 * What a model asks of a device, as words: which operations, and what of them. Names, sizes and the types that weights are
 * stored in are not: those are read and decoded before a device is given anything.
 */
export function pathsOf({ spec, folder }: Transformer): Set<string> {
  const found = new Set<string>();
  const say = (what: string, of: unknown): void => void found.add(`${what}: ${String(of)}`);
  const norm = (what: string, of: NormSpec | undefined): void => {
    if (of) say(what, `${of.form.kind} with ${of.parameters}, offset ${of.form.weightOffset}`);
  };
  const linear = (what: string, { name, orientation }: LinearSpec): void => {
    const biased = [...folder.tensors.keys()].some((tensor) => tensor.endsWith(`${name}.bias`));
    say(what, `${orientation}${biased ? ', with a bias' : ''}`);
  };
  const layout = (what: string, { headSize, offset, stride }: HeadLayout): void =>
    say(what, `${stride === headSize ? 'dense' : 'apart'}${offset > 0 ? ', further in' : ''}`);

  const { embedding, head } = spec;
  say('embedding', embedding.kind);
  if (embedding.kind === 'tokens') {
    norm('norm of the embedding', embedding.norm);
    for (const part of ['scale', 'project', 'positions', 'segments'] as const)
      say(`${part} of the embedding`, embedding[part] !== undefined);
  }
  for (let layer = 0; layer < spec.layers; layer++) {
    const { residual, attentionNorm, afterAttention, mlpNorm, afterMlp, attention, mlp } = spec.block(layer);
    say(
      'residual',
      `${residual}${mlpNorm ? '' : ' with one norm'}${afterAttention || afterMlp ? ' and more norms' : ''}`,
    );
    for (const of of [attentionNorm, afterAttention, mlpNorm, afterMlp]) norm('norm', of);
    norm('norm of a head', attention.queryNorm);
    const { projections, out, q, k, v, causal, window, cap, rotary } = attention;
    projections.forEach((of) => linear(`${projections.length} projections`, of));
    linear('projection out', out);
    for (const [name, of] of Object.entries({ q, k, v })) layout(`${name} of ${projections.length}`, of);
    say('heads that share a key', q.heads > k.heads);
    say(
      'attention',
      `${causal ? 'causal' : 'both ways'}${window ? ', within a window' : ''}${cap ? ', capped' : ''}`,
    );
    say('turned', rotary === undefined ? 'not' : rotary.dims < q.headSize ? 'in part' : 'whole');
    say('mlp', mlp.kind);
    say('activation', mlp.activation);
    if (mlp.kind === 'gated-fused') linear('mlp gate and up', mlp.gateUp);
    else linear('mlp up', mlp.up);
    if (mlp.kind === 'gated') linear('mlp gate', mlp.gate);
    linear('mlp down', mlp.down);
  }
  norm(`norm of the head`, head.norm);
  if (head.kind === 'language')
    say(
      'head',
      `language${head.project ? ', projected' : ''}${head.bias ? ', with a bias' : ''}${head.cap ? ', capped' : ''}`,
    );
  else {
    say('head', `classes of the ${head.position}`);
    for (const { linear: of, activation } of head.layers) {
      linear('linear of the head', of);
      say('activation of the head', activation);
    }
  }
  return found;
}
