import { useEffect } from 'react';
import { Link, useLocation } from 'react-router';

/** A source file with line numbers that are links. */
export function CodeView({ file, content }: { file: string; content: string }) {
  const { search, hash } = useLocation();
  useEffect(() => {
    if (hash) document.getElementById(hash.slice(1))?.scrollIntoView({ block: 'center' });
  }, [hash, content]);
  return (
    <div className="code" role="region" aria-label={file} tabIndex={0}>
      {content
        .replace(/\n$/, '')
        .split('\n')
        .map((line, index) => {
          const id = `L${index + 1}`;
          return (
            <div key={id} id={id} className={`code-line ${hash === `#${id}` ? 'log-marked' : ''}`}>
              <Link className="log-number" to={{ search, hash: id }} replace>
                {index + 1}
              </Link>
              <span>{line}</span>
            </div>
          );
        })}
    </div>
  );
}
