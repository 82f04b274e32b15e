import * as tf from '@tensorflow/tfjs';

/** One recorded operation, as tfjs keeps it. */
interface TapeNode {
  readonly kernelName: string;
  readonly inputs: Readonly<Record<string, tf.Tensor>>;
  readonly outputs: readonly tf.Tensor[];
  readonly saved: readonly tf.Tensor[] | undefined;
  readonly gradient?: (dys: tf.Tensor[]) => Readonly<Record<string, () => tf.Tensor>>;
}

/** The parts of tfjs's engine that its types keep to themselves; a test holds the pinned version to them. */
interface Recording {
  readonly state: { activeTape: TapeNode[] | null; readonly gradientDepth: number };
  startTape(): void;
  endTape(): void;
}

const recording = (): Recording => tf.engine() as unknown as Recording;

/** A value with the way back to its inputs. */
export interface Traced {
  /** Freed with `dispose`. */
  readonly value: tf.Tensor;
  /**
   * Gradients in the inputs, once.
   * @param dy gradient in the value; belongs to the callee
   */
  readonly pullback: (dy: tf.Tensor) => tf.Tensor[];
  /** Frees the value, and what operations saved for a way back that was not gone. */
  readonly dispose: () => void;
}

/**
 * Computes a value and keeps the way back, to be gone when the gradient in the value is known. tfjs's own `tf.grad` goes
 * forth and back in one call; here anything may happen between, such as waiting for a card. What was saved is freed also
 * where the way back fails, or is never gone.
 *
 * Holds for graphs in which every gradient has one reader (ops/differentiable.ts).
 */
export function trace(
  inputs: readonly tf.Tensor[],
  run: (inputs: readonly tf.Tensor[]) => tf.Tensor,
): Traced {
  const engine = recording();
  if (engine.state.gradientDepth > 0) throw new Error('Something else is being traced.');
  let nodes: readonly TapeNode[] = [];
  let value: tf.Tensor;
  engine.startTape();
  try {
    value = tf.keep(tf.tidy(() => run(inputs)));
  } catch (error) {
    free(engine.state.activeTape ?? []);
    throw error;
  } finally {
    engine.endTape();
    nodes = engine.state.activeTape ?? [];
    engine.state.activeTape = null;
  }
  const dispose = (): void => {
    value.dispose();
    free(nodes);
    nodes = [];
  };
  return {
    value,
    dispose,
    pullback: (dy) => {
      const gone = onTheWay(nodes, inputs);
      try {
        return tf.tidy(() => walkBack(gone, value, dy, inputs));
      } finally {
        dy.dispose();
        free(nodes);
        nodes = [];
      }
    },
  };
}

const free = (nodes: readonly TapeNode[]): void => {
  for (const { saved } of nodes) tf.dispose([...(saved ?? [])]);
};

/** A node that depends on an input, and which of its own inputs do. */
interface Step {
  readonly node: TapeNode;
  readonly names: readonly string[];
}

function onTheWay(nodes: readonly TapeNode[], inputs: readonly tf.Tensor[]): Step[] {
  const reached = new Set(inputs.map(({ id }) => id));
  return nodes.flatMap((node) => {
    const names = Object.keys(node.inputs).filter((name) => reached.has(node.inputs[name]?.id ?? -1));
    if (names.length === 0) return [];
    for (const { id } of node.outputs) reached.add(id);
    return [{ node, names }];
  });
}

function walkBack(
  steps: readonly Step[],
  value: tf.Tensor,
  dy: tf.Tensor,
  inputs: readonly tf.Tensor[],
): tf.Tensor[] {
  const gradients = new Map<number, tf.Tensor>([[value.id, dy]]);
  for (const { node, names } of [...steps].reverse()) {
    if (!node.outputs.some(({ id }) => gradients.has(id))) continue;
    if (node.gradient === undefined) throw new Error(`${node.kernelName} has no gradient.`);
    const dys = node.outputs.map((output) => gradients.get(output.id) ?? tf.zerosLike(output));
    const below = node.gradient(dys);
    for (const name of names) {
      const { id } = node.inputs[name] as tf.Tensor;
      const gradient = tf.tidy(() => (below[name] as () => tf.Tensor)());
      const before = gradients.get(id);
      gradients.set(id, before === undefined ? gradient : tf.add(before, gradient));
      if (before !== undefined && before !== gradient) before.dispose();
    }
  }
  return inputs.map((input) => gradients.get(input.id) ?? tf.zerosLike(input));
}
