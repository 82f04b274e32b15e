/** Preloaded: the process takes itself for one of Electron, as VS Code's own runtime is. */
Object.defineProperty(process, 'versions', { value: { ...process.versions, electron: '37.0.0' } });

export {};
