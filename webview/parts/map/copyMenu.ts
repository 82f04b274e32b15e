import { csvOf } from '../../model/copies/csv';
import { latexOf } from '../../model/copies/latex';
import { markdownOf } from '../../model/copies/markdown';
import { copyForms, type CopyForm, type CopyTable } from '../../model/copies/table';
import { menu, type MenuControl, type MenuItem } from '../../ui/menu';
import type { Deeds } from '../part';

const writers: Readonly<Record<CopyForm, (table: CopyTable) => string>> = {
  CSV: csvOf,
  Markdown: markdownOf,
  LaTeX: latexOf,
};

/** What is copied. @param what names it in the word that it was copied: "the map" */
export interface Copied {
  readonly what: string;
  readonly table: () => CopyTable | undefined;
  /** A picture's name and its PNG as a data URL. */
  readonly picture: () => { readonly name: string; readonly png: string } | undefined;
  readonly more?: readonly MenuItem[];
}

/** The menu that copies a table in several forms and saves its picture. */
export function copyMenu(deeds: Pick<Deeds, 'copy' | 'savePicture'>, copied: Copied): MenuControl {
  const forms = copyForms.map((form): MenuItem => ({
    label: `Copy as ${form}`,
    choose: () => {
      const table = copied.table();
      if (table) deeds.copy(writers[form](table), `${copied.what} as ${form}`);
    },
  }));
  const picture: MenuItem = {
    label: 'Save as PNG …',
    choose: () => {
      const made = copied.picture();
      if (made) deeds.savePicture(made.name, made.png);
    },
  };
  return menu('Copy as', [...forms, ...(copied.more ?? []), picture]);
}
