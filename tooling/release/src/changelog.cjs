// How a changeset becomes a line of a CHANGELOG: its own words, without the commit that brought them. All packages are
// released together, so "updated dependencies" would be said everywhere and tell nothing.
const indented = (text) => text.trim().replaceAll('\n', '\n  ');

module.exports = {
  getReleaseLine: async (changeset) => `- ${indented(changeset.summary)}`,
  getDependencyReleaseLine: async () => '',
};
