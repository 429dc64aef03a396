//! Pages of a list, counted from 0.

/// Returns a page number within `total` items (the last page if `page` is beyond it), and the number of
/// pages.
pub(in crate::bot) fn clamp_page(total: u64, page: u16, per_page: u16) -> (u16, u16) {
    let pages = u16::try_from(total.div_ceil(u64::from(per_page)).max(1)).unwrap_or(u16::MAX);
    (page.min(pages - 1), pages)
}

/// Returns a page number within the list (the last page if `page` is beyond it), the number of pages, and the
/// items of the page.
pub(in crate::bot) fn page_of<T>(all: &[T], page: u16, per_page: u16) -> (u16, u16, &[T]) {
    let (page, pages) = clamp_page(all.len() as u64, page, per_page);
    let shown = all.chunks(usize::from(per_page)).nth(usize::from(page)).unwrap_or(&[]);
    (page, pages, shown)
}
