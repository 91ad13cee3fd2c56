/** The top of a page: what it is, and what can be done with all of it. */
import type { ComponentChildren } from 'preact';

interface HeadProps {
  readonly title: ComponentChildren;
  readonly about?: ComponentChildren;
  readonly children?: ComponentChildren;
}

export function Head({ title, about, children }: HeadProps) {
  return (
    <div class="head">
      <div>
        <h1>{title}</h1>
        {about && <p class="dim">{about}</p>}
      </div>
      {children && <div class="buttons">{children}</div>}
    </div>
  );
}
