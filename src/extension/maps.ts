import { Comparisons } from './compare/comparisons';
import { AdapterSubject } from './maps/editors/adapterSubject';
import { MapEditor } from './maps/editors/mapEditor';
import { PlanSubject } from './maps/editors/planSubject';
import type { MapParts, Maps } from './maps/parts';
import { RunDrafts } from './maps/runDrafts';

/**
 * Plans that are edited on pages, in a bundle of its own: allocation, the uniform control, the editors of plan files and adapter
 * configs, and pages of two plans side by side. It is loaded when a page has a plan or scores, when one of its editors is opened, or
 * when plans are compared.
 */
export function openMaps(parts: MapParts): Maps {
  const drafts = new RunDrafts(parts);
  const planFile = new MapEditor(new PlanSubject(parts), parts);
  const adapterConfig = new MapEditor(new AdapterSubject(parts), parts);
  const comparisons = new Comparisons(parts);
  const owned = [drafts, comparisons, planFile, adapterConfig];
  return {
    drafts,
    comparisons,
    editors: { planFile, adapterConfig },
    dispose: () => owned.forEach((one) => one.dispose()),
  };
}
