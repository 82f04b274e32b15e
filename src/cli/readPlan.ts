import { readJsonAs } from '../files/json';
import { planFileSchema } from '../shared/planFile';
import type { Plan } from '../shared/words';

/** The plan of a run's plan.json. @throws LabError plan-missing */
export async function readPlan(file: string): Promise<Plan> {
  const { plan } = await readJsonAs(file, planFileSchema, {
    what: 'The plan file',
    missing: 'plan-missing',
    invalid: 'plan-missing',
    next: 'Give the plan.json of a run.',
  });
  return plan;
}
