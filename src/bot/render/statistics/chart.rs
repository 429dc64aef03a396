//! Chart of the statistics: a PNG with the created and completed tickets of each day, and the wait below.
//!
//! It is twice as large as a narrow phone is wide, so its texts are large. The font is part of the program: the
//! chart looks the same on every machine.
use super::{date, decimal};
use crate::bot::render::Localizer;
use crate::domain::statistics::{Figure, Figures, Timing};
use crate::engine::statistics::Statistics;
use chrono::{NaiveDate, TimeDelta};
use plotters::coord::Shift;
use plotters::prelude::*;
use plotters::style::{FontStyle, register_font};
use std::collections::BTreeMap;
use std::sync::LazyLock;

const WIDTH: u32 = 720;
const HEIGHT: u32 = 760;
const BARS_HEIGHT: u32 = 430;
const CREATED: RGBColor = RGBColor(59, 130, 246);
const COMPLETED: RGBColor = RGBColor(22, 163, 74);
const WAIT: RGBColor = RGBColor(217, 119, 6);
const GRID: RGBColor = RGBColor(225, 228, 232);
const INK: RGBColor = RGBColor(36, 41, 47);
const FONT: &str = "sans-serif";
/// The most labels of days that fit below a panel.
const MAX_DAY_LABELS: usize = 6;

/// Why a chart can't be drawn.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct ChartError(String);

/// Registers the fonts once. False if one can't be read.
static FONTS: LazyLock<bool> = LazyLock::new(|| {
    let regular = register_font(FONT, FontStyle::Normal, dejavu::sans::regular());
    let bold = register_font(FONT, FontStyle::Bold, dejavu::sans::bold());
    regular.is_ok() && bold.is_ok()
});

/// A day of the chart.
struct Day {
    date: NaiveDate,
    created: f64,
    completed: f64,
    /// The median of the wait in minutes, if any ticket was assigned.
    wait: Option<f64>,
}

/// Draws the statistics of each day; returns a PNG.
pub fn chart(localizer: &Localizer<'_>, statistics: &Statistics) -> Result<Vec<u8>, ChartError> {
    if !*FONTS {
        return Err(ChartError("the font can't be read".to_owned()));
    }
    let days = days(statistics);
    let mut pixels = vec![0; WIDTH as usize * HEIGHT as usize * 3];
    draw(localizer, &days, &mut pixels).map_err(|error| ChartError(error.to_string()))?;
    encode(&pixels).map_err(|error| ChartError(error.to_string()))
}

/// Returns the sums of each day over the departments.
#[expect(clippy::cast_precision_loss, reason = "counts of a day, and milliseconds, are far below 2^53")]
fn days(statistics: &Statistics) -> Vec<Day> {
    let mut sums: BTreeMap<NaiveDate, Figures> = BTreeMap::new();
    for (day, _, figures) in &statistics.daily {
        sums.entry(*day).or_default().merge(figures);
    }
    let minutes = |time: TimeDelta| time.num_milliseconds() as f64 / 60_000.0;
    let dates = statistics.days.start().iter_days().take_while(|day| day <= statistics.days.end());
    dates
        .map(|date| {
            let figures = sums.remove(&date).unwrap_or_default();
            Day {
                date,
                created: figures.get(Figure::Created) as f64,
                completed: figures.get(Figure::Completed) as f64,
                wait: figures.percentile(Timing::Wait, 50).map(minutes),
            }
        })
        .collect()
}

type Area<'a> = DrawingArea<BitMapBackend<'a>, Shift>;
type DrawResult = Result<(), Box<dyn std::error::Error>>;

fn draw(localizer: &Localizer<'_>, days: &[Day], pixels: &mut [u8]) -> DrawResult {
    let area = BitMapBackend::with_buffer(pixels, (WIDTH, HEIGHT)).into_drawing_area();
    area.fill(&WHITE)?;
    let (bars, wait) = area.split_vertically(BARS_HEIGHT);
    draw_bars(localizer, days, &bars)?;
    draw_wait(localizer, days, &wait)?;
    area.present()?;
    Ok(())
}

/// Draws two bars per day.
fn draw_bars(localizer: &Localizer<'_>, days: &[Day], area: &Area<'_>) -> DrawResult {
    legend(area, &[("stats-chart-created", CREATED), ("stats-chart-completed", COMPLETED)], localizer)?;
    let most = days.iter().map(|day| day.created.max(day.completed)).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin_top(64)
        .margin_right(28)
        .margin_left(8)
        .x_label_area_size(44)
        .y_label_area_size(76)
        .build_cartesian_2d(0.0..width(days), 0.0..(most * 1.1).max(4.0))?;
    let whole = |count: &f64| if count.fract().abs() < 1e-9 { format!("{count:.0}") } else { String::new() };
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_labels(5)
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .y_label_style((FONT, 24).into_font().color(&INK))
        .y_label_formatter(&whole)
        .draw()?;
    let at = |n: usize, from: f64, to: f64, height: f64| {
        let left = position(n);
        [(left + from, 0.0), (left + to, height)]
    };
    chart.draw_series(days.iter().enumerate().flat_map(|(n, day)| {
        [
            Rectangle::new(at(n, 0.12, 0.48, day.created), CREATED.filled()),
            Rectangle::new(at(n, 0.52, 0.88, day.completed), COMPLETED.filled()),
        ]
    }))?;
    day_labels(localizer, days, area, |n| chart.backend_coord(&(position(n) + 0.5, 0.0)))
}

/// Draws the median wait of the days that have one.
fn draw_wait(localizer: &Localizer<'_>, days: &[Day], area: &Area<'_>) -> DrawResult {
    legend(area, &[("stats-chart-wait", WAIT)], localizer)?;
    let most = days.iter().filter_map(|day| day.wait).fold(0.0, f64::max);
    let mut chart = ChartBuilder::on(area)
        .margin_top(64)
        .margin_right(28)
        .margin_left(8)
        .x_label_area_size(44)
        .y_label_area_size(76)
        .build_cartesian_2d(0.0..width(days), 0.0..(most * 1.15).max(1.0))?;
    let short = |minutes: &f64| minutes_label(localizer, *minutes, most);
    chart
        .configure_mesh()
        .disable_x_mesh()
        .x_labels(0)
        .y_labels(4)
        .light_line_style(TRANSPARENT)
        .bold_line_style(GRID)
        .axis_style(INK)
        .y_label_style((FONT, 24).into_font().color(&INK))
        .y_label_formatter(&short)
        .draw()?;
    let points: Vec<_> =
        days.iter().enumerate().filter_map(|(n, day)| Some((position(n) + 0.5, day.wait?))).collect();
    chart.draw_series(LineSeries::new(points.clone(), WAIT.stroke_width(4)))?;
    chart.draw_series(points.into_iter().map(|point| Circle::new(point, 6, WAIT.filled())))?;
    day_labels(localizer, days, area, |n| chart.backend_coord(&(position(n) + 0.5, 0.0)))
}

/// Returns a label of the axis of minutes: with a decimal place if the axis is short.
#[expect(clippy::cast_possible_truncation, reason = "the labels of an axis are small")]
fn minutes_label(localizer: &Localizer<'_>, minutes: f64, most: f64) -> String {
    if most < 8.0 { decimal(localizer, (minutes * 10.0).round() as i64) } else { format!("{minutes:.0}") }
}

fn width(days: &[Day]) -> f64 {
    position(days.len().max(1))
}

#[expect(clippy::cast_precision_loss, reason = "a chart has few days")]
fn position(day: usize) -> f64 {
    day as f64
}

/// Draws a coloured square and a name for each series above a panel.
fn legend(area: &Area<'_>, series: &[(&str, RGBColor)], localizer: &Localizer<'_>) -> DrawResult {
    let style = (FONT, 28, FontStyle::Bold).into_font().color(&INK);
    let mut left = 24;
    for (key, colour) in series {
        let name = localizer.plain(key, &[]);
        area.draw(&Rectangle::new([(left, 20), (left + 24, 44)], colour.filled()))?;
        area.draw(&Text::new(name.clone(), (left + 34, 24), style.clone()))?;
        let (width, _) = area.estimate_text_size(&name, &style)?;
        left += 34 + i32::try_from(width)? + 36;
    }
    Ok(())
}

/// Draws the dates below a panel, as many as fit, the last one always.
fn day_labels(
    localizer: &Localizer<'_>,
    days: &[Day],
    area: &Area<'_>,
    below: impl Fn(usize) -> (i32, i32),
) -> DrawResult {
    let style = (FONT, 24).into_font().color(&INK);
    let step = days.len().div_ceil(MAX_DAY_LABELS).max(1);
    let (_, origin) = area.get_base_pixel();
    for (n, day) in days.iter().enumerate().rev().step_by(step) {
        let label = date(localizer, day.date);
        let (width, _) = area.estimate_text_size(&label, &style)?;
        let (middle, bottom) = below(n);
        let left = (middle - i32::try_from(width)? / 2).clamp(0, i32::try_from(WIDTH - width)?);
        area.draw(&Text::new(label, (left, bottom - origin + 10), style.clone()))?;
    }
    Ok(())
}

fn encode(pixels: &[u8]) -> Result<Vec<u8>, png::EncodingError> {
    let mut bytes = Vec::new();
    let mut encoder = png::Encoder::new(&mut bytes, WIDTH, HEIGHT);
    encoder.set_color(png::ColorType::Rgb);
    encoder.set_depth(png::BitDepth::Eight);
    let mut writer = encoder.write_header()?;
    writer.write_image_data(pixels)?;
    writer.finish()?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bot::render::tests::localizer;
    use crate::domain::person::Locale;

    #[test]
    fn a_short_axis_has_the_decimal_mark_of_the_language() {
        let label = |locale, minutes, most| minutes_label(&localizer(locale), minutes, most);
        assert_eq!(label(Locale::Id, 1.5, 2.0), "1,5");
        assert_eq!(label(Locale::En, 1.5, 2.0), "1.5");
        assert_eq!([Locale::Id, Locale::En].map(|locale| label(locale, 15.0, 30.0)), ["15", "15"]);
    }
}
