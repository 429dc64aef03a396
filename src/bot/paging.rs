//! Pages of a list.

/// The page there is of so many things (the last one when `page` lies beyond), and how many pages there are.
pub(in crate::bot) fn page_among(total: u64, page: u16, per_page: u16) -> (u16, u16) {
    let pages = u16::try_from(total.div_ceil(u64::from(per_page)).max(1)).unwrap_or(u16::MAX);
    (page.min(pages - 1), pages)
}

/// A page of a list: the page there is (the last one when `page` lies beyond), how many there are, and what is on it.
pub(in crate::bot) fn page_of<T>(all: &[T], page: u16, per_page: u16) -> (u16, u16, &[T]) {
    let (page, pages) = page_among(all.len() as u64, page, per_page);
    let shown = all.chunks(usize::from(per_page)).nth(usize::from(page)).unwrap_or(&[]);
    (page, pages, shown)
}
