import type { BrowserContext } from 'playwright-core';

/**
 * Ends what moves for ever in VS Code's window: turning icons, and the bar that runs along the top. A browser without a
 * graphics card draws every frame of it on the processor, where it takes as much time as the work that it stands for.
 */
export async function keepStill(context: BrowserContext): Promise<void> {
  const style = '.codicon, .monaco-progress-container .progress-bit { animation: none !important; }';
  const content = `{
    const sheet = new CSSStyleSheet();
    sheet.replaceSync(${JSON.stringify(style)});
    document.adoptedStyleSheets = [...document.adoptedStyleSheets, sheet];
  }`;
  await context.addInitScript({ content });
}
