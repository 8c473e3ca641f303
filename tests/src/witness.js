{
  const empty = { documents: [], states: [], shows: [], reloads: [] };
  let kept;
  try {
    kept = JSON.parse(sessionStorage.getItem('witness'));
  } catch {}
  const witness = (window.witness = kept ?? empty);
  const keep = () => {
    try {
      sessionStorage.setItem('witness', JSON.stringify(witness));
    } catch {}
  };
  const origin = performance.timeOrigin;
  const begun = performance.getEntriesByType('navigation')[0]?.responseStart ?? 0;
  witness.documents.push({ origin, begun: origin + begun });
  document.addEventListener('server-state', ({ detail }) => {
    witness.states.push([detail.state, performance.timeOrigin + performance.now()]);
    keep();
  });
  document.addEventListener('server-reload', ({ detail }) => {
    const { cause, oldId, newId, oldPid, newPid, op_id, paths } = detail;
    witness.reloads.push({ cause, oldId, newId, oldPid, newPid, op_id, paths });
    keep();
  });
  addEventListener('pageshow', ({ persisted }) => {
    witness.shows.push(persisted);
    keep();
  });
  keep();
}
