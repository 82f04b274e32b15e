export * from './linuxMachines';
export * from './otherMachines';
