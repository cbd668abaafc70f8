/** Stands for react-inlinesvg, which would load every icon over the network. */
export default function Icon() {
  return null;
}
