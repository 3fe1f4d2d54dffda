import type { Messages } from '../messages';
import { audit } from './audit';
import { draw } from './draw';
import { shell } from './shell';
import { train } from './train';

export const zh: Messages = { shell, train, audit, draw };
