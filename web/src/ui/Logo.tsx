/** The exchange: lines that meet in one place. */
export const Logo = () => (
  <svg viewBox="0 0 32 32" width="32" height="32" aria-hidden="true">
    <rect width="32" height="32" rx="9" fill="var(--accent)" />
    <g fill="none" stroke="var(--on-accent)" strokeWidth="2.6" strokeLinecap="round">
      <circle cx="16" cy="16" r="3.4" fill="var(--on-accent)" stroke="none" />
      <path d="M16 6v4M16 22v4M6 16h4M22 16h4M9 9l2.8 2.8M20.2 20.2 23 23M23 9l-2.8 2.8M11.8 20.2 9 23" />
    </g>
  </svg>
)
