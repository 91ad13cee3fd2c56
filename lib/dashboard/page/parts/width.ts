/** How wide an element is, for what is drawn into it. */
import type { Ref } from 'preact';
import { useEffect, useRef, useState } from 'preact/hooks';

export function useWidth(): readonly [ref: Ref<HTMLDivElement>, width: number] {
  const ref = useRef<HTMLDivElement>(null);
  const [width, setWidth] = useState(0);
  useEffect(() => {
    if (ref.current === null) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry !== undefined) setWidth(Math.floor(entry.contentRect.width));
    });
    observer.observe(ref.current);
    return () => observer.disconnect();
  }, []);
  return [ref, width];
}
