/** Bar charts, drawn as SVG at the width that they have, with the same numbers as a table. */
import { useSignal } from "@preact/signals";
import { useLayoutEffect, useRef } from "preact/hooks";
import { text } from "../texts";

export interface Series {
  name: string;
  values: number[];
}

interface Props {
  title: string;
  /** What each group of bars stands for. */
  labels: string[];
  series: Series[];
  /** Returns a number in words. */
  format?: (value: number) => string;
}

const HEIGHT = 180;
const MARGIN = { top: 8, right: 4, bottom: 22, left: 40 };
/** The space of a label below the axis, so that they do not meet. */
const LABEL_PIXELS = 64;

/** Returns a round number of at least `value` for the top of the axis. */
function roundUp(value: number): number {
  if (value <= 2) return 2;
  const size = 10 ** Math.floor(Math.log10(value));
  // Half of it is on the axis, too.
  const steps = size === 1 ? [4, 6, 8, 10] : [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10];
  return Math.round((steps.find((step) => step * size >= value) ?? 10) * size);
}

function Bars({ labels, series, width, format }: Required<Omit<Props, "title">> & { width: number }) {
  const top = roundUp(Math.max(0, ...series.flatMap((one) => one.values)));
  const inner = { width: width - MARGIN.left - MARGIN.right, height: HEIGHT - MARGIN.top - MARGIN.bottom };
  const y = (value: number) => MARGIN.top + inner.height * (1 - value / top);
  const group = inner.width / Math.max(1, labels.length);
  const bar = Math.min(28, (group * 0.8) / series.length);
  const every = Math.ceil(LABEL_PIXELS / group);
  return (
    <svg width={width} height={HEIGHT} viewBox={`0 0 ${width} ${HEIGHT}`} aria-hidden="true">
      {[0, top / 2, top].map((value) => (
        <g key={value}>
          <line class="grid" x1={MARGIN.left} x2={width - MARGIN.right} y1={y(value)} y2={y(value)} />
          <text x={MARGIN.left - 6} y={y(value) + 4} text-anchor="end">
            {value}
          </text>
        </g>
      ))}
      {labels.map((label, index) => {
        const middle = MARGIN.left + group * (index + 0.5);
        return (
          <g key={label}>
            <title>{[label, ...series.map((one) => `${one.name}: ${format(one.values[index] ?? 0)}`)].join("\n")}</title>
            <rect class="hover" x={middle - group / 2} y={MARGIN.top} width={group} height={inner.height} />
            {series.map((one, place) => {
              const value = one.values[index] ?? 0;
              const x = middle + bar * (place - series.length / 2);
              return <rect key={one.name} class={`series-${place}`} x={x} y={y(value)} width={Math.max(1, bar - 1)} height={Math.max(0, y(0) - y(value))} rx={Math.min(2, bar / 4)} />;
            })}
            {index % every === 0 && (
              <text x={middle} y={HEIGHT - 6} text-anchor="middle">
                {label}
              </text>
            )}
          </g>
        );
      })}
    </svg>
  );
}

export function BarChart({ title, labels, series, format = String }: Props) {
  const figure = useRef<HTMLElement>(null);
  const width = useSignal(0);
  useLayoutEffect(() => {
    const element = figure.current;
    if (!element) return;
    const observer = new ResizeObserver(([entry]) => (width.value = Math.floor(entry?.contentRect.width ?? 0)));
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  return (
    <figure class="card chart" ref={figure}>
      <figcaption>
        <h2>{title}</h2>
        {series.length > 1 && (
          <p class="legend">
            {series.map((one, place) => (
              <span key={one.name}>
                <i class={`series-${place}`} /> {one.name}
              </span>
            ))}
          </p>
        )}
      </figcaption>
      {width.value > 0 && <Bars labels={labels} series={series} width={width.value} format={format} />}
      <details>
        <summary>{text("chart-table")}</summary>
        <table class="plain">
          <caption class="hidden">{title}</caption>
          <thead>
            <tr>
              <td />
              {series.map((one) => (
                <th key={one.name} scope="col">
                  {one.name}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {labels.map((label, index) => (
              <tr key={label}>
                <th scope="row">{label}</th>
                {series.map((one) => (
                  <td key={one.name}>{format(one.values[index] ?? 0)}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </details>
    </figure>
  );
}
