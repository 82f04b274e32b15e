/**
 * A name as a part of a label in which VS Code draws icons: `$(trash)` in it stays text. For pick lists, lenses and the status
 * bar; rows of trees have no such form.
 */
export const withoutIcons = (name: string): string => name.replaceAll('$(', '\\$(');
