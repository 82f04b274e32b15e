import assert from 'node:assert/strict';
import { findCards } from '../../../../src/tensors/machine/cards';
import { cudaTrouble } from '../../../../src/tensors/machine/cuda';
import { vulkanTrouble, type Trouble } from '../../../../src/tensors/machine/vulkan';
import { fakeMachine, type Machine } from './fakeMachine';

/** Whether a trouble is as a user may see it: a kebab-case code and two single sentences without a hole in them. */
export function wellFormed(trouble: Trouble): void {
  assert.match(trouble.code, /^[a-z0-9]+(-[a-z0-9]+)+$/);
  for (const text of [trouble.sentence, trouble.fix]) {
    assert.match(text, /^[A-Z/].*[^.]\.$/s);
    assert.doesNotMatch(text, /!|undefined|NaN|\[object|[.?] [A-Z]|\n| {2}|''/, text);
  }
}

const checked = (trouble: Trouble | undefined): Trouble | undefined => {
  if (trouble !== undefined) wellFormed(trouble);
  return trouble;
};

export async function vulkanTroubleOf(machine: Machine): Promise<Trouble | undefined> {
  const world = fakeMachine(machine);
  return checked(await vulkanTrouble(await findCards(world), world));
}

export async function cudaTroubleOf(machine: Machine): Promise<Trouble | undefined> {
  const world = fakeMachine(machine);
  return checked(await cudaTrouble(await findCards(world), world));
}
