interface ImportMeta {
  readonly env: { readonly VITE_EVENTS?: string };
}
