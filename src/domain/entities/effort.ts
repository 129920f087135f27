/**
 * What it takes to tell somebody what is missing. `at once`: a few milliseconds at most. `when warm`: after
 * `CollaborativeDocument.warming`. `when folded`: after `folding`. `elsewhere`: the document is large and the answer has to
 * be made from all of it, so it had better be made in another thread, from `updates`.
 */
export type Effort = 'at once' | 'when warm' | 'when folded' | 'elsewhere';
