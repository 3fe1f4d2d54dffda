/** The frame of the page: title, navigation, switches. */
export const shell = {
  tag: 'en',
  title: 'Relumine',
  slogan: 'Watch neurons die, and bring them back.',
  documentTitle: 'Relumine: watch neurons die, and bring them back',
  pages: { train: 'Train', audit: 'Audit your model', draw: 'Draw a digit' } as Record<string, string>,
  navigation: 'Parts of the demo',
  skip: 'Skip to the content',
  language: 'Language',
  theme: 'Colours',
  themes: { system: 'As the system', light: 'Light', dark: 'Dark' },
  privacy: 'Everything is computed in this page. Nothing you open, draw or train leaves it.',
  offlineReady: 'This page now works offline.',
  offline: 'You are offline: the page works all the same.',
  newVersion: 'A newer version of this page is ready.',
  reload: 'Load it',
  broken: (detail: string) =>
    `Something in this page broke (${detail}). Load it again; what you had chosen is in the address.`,
};

export type ShellMessages = typeof shell;
