/** The frame of the page: title, navigation, switches. */
export const shell = {
  title: 'Relumine',
  pages: { train: 'Train' } as Record<string, string>,
  navigation: 'Parts of the demo',
};

export type ShellMessages = typeof shell;
