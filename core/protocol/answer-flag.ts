/** With it Electron's program answers what the system knows, in place of opening a window: as shipped, it runs no scripts. */
export const answerFlag = '--answer-what-the-system-knows';
