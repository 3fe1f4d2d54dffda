/** The commands of a page's sh blocks: continued lines joined, comments left out. */
export declare function shellLines(markdown: string): string[];
/** The blocks of a page whose first line names their file in a comment. */
export declare function namedFiles(markdown: string): { name: string; code: string }[];
/** Who runs a line; undefined where nobody has said so. */
export declare function runnerOf(line: string): { by: 'tests' | 'release' | 'nobody'; why?: string } | undefined;
