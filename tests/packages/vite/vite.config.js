export default {
  // The development server must leave the package whole: its script finds the module beside itself.
  optimizeDeps: { exclude: ["server-reload-client"] },
};
