import { useCallback } from 'react';
import { useSearchParams } from 'react-router';

const NONE: string[] = [];

/**
 * A part of the page's state that lives in the address, so that a link shows the same thing. Null removes it; changing it also removes what
 * only made sense beside the former value.
 */
export function useParam(name: string, dependents = NONE): [string | null, (value: string | null) => void] {
  const [search, setSearch] = useSearchParams();
  const set = useCallback(
    (value: string | null) =>
      setSearch(
        (before) => {
          const after = new URLSearchParams(before);
          for (const dependent of dependents) after.delete(dependent);
          if (value) after.set(name, value);
          else after.delete(name);
          return after;
        },
        { replace: true },
      ),
    [name, dependents, setSearch],
  );
  return [search.get(name), set];
}
