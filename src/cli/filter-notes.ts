/** What `--help` says of filters. */
export const FILTER_NOTES: readonly string[] = [
  'A filter is words that must all fit:',
  [
    ' state:failed    or several: state:ready,running',
    '  type:resize     arm:batch',
    '  id:night/*      ids that begin so; or whole ids: id:a,b',
    '  older:1h        accepted at least so long ago; newer:10m, not longer',
    '  reason:timeout  why it failed',
  ].join('\n'),
]
