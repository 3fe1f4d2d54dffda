export { type ImageFolderOptions, imageFolder } from './folder/imageFolder';
export { arrayFiles } from './npy/arrayFiles';
export { type NpyArray, type NpyFile, readNpy } from './npy/readNpy';
