# Tiket pelanggan selesai: membuka kembali dan memberi nilai.

completed-hint = Masih ada kendala? Tekan ↩️ Belum selesai. Ada hal lain? Cukup kirim pesan di sini.
button-reopen = ↩️ Belum selesai
button-skip = ⏭ Lewati
reopen-done = ↩️ Tiket { $number } dibuka kembali.
reopened-before = Tiket { $number } sudah pernah dibuka kembali. Sekarang: { $state }.
reopen-too-late = Tiket { $number } sudah terlalu lama selesai untuk dibuka kembali. Kirim saja pesan di sini, nanti kami buatkan tiket baru.
rating-ask = Seberapa puas Anda dengan bantuan kami?
rating-button = { $stars } ⭐
rating-given = Penilaian Anda: { $stars }
rating-thanks = 🙏 Terima kasih atas penilaian Anda!
rating-ask-comment = 🙏 Terima kasih atas penilaian Anda! Ada yang ingin Anda sampaikan? Tulis di sini dalam sepuluh menit, atau lewati saja.
rating-comment-thanks = 🙏 Terima kasih, sudah kami sampaikan kepada admin. Butuh bantuan lagi? Cukup kirim pesan di sini.
rating-closed = Penilaian tiket { $number } sudah tidak bisa diubah. Terima kasih!
notice-reopened = ↩️ Tiket <code>{ $number }</code> dibuka kembali. Agen kami akan menanganinya.
notice-reopened-at = ↩️ Tiket <code>{ $number }</code> dibuka kembali dan masuk antrian lagi, di posisi #{ $position }. Giliran Anda dihitung dari saat tiket dibuat.

# Tiket agen dibuka kembali, atau dibatalkan bersama pelanggannya.

notice-task-reopened = ↩️ Menurut pelanggan, tiket <code>{ $number }</code> belum selesai. Tiketnya masuk lagi ke antrian Anda.
notice-task-reopened-elsewhere = ↩️ Menurut pelanggan, tiket <code>{ $number }</code> yang Anda selesaikan belum beres. Tiketnya kembali ke antrian umum.
notice-task-dropped = 🚫 Tiket <code>{ $number }</code> dibatalkan oleh admin karena pelanggannya diblokir. Tiketnya sudah keluar dari antrian Anda.

# Pemblokiran.

notice-banned = 🚫 Saat ini pesan Anda tidak kami teruskan, jadi tiket tidak bisa dibuat di sini. Kalau menurut Anda ini keliru, silakan hubungi kami lewat jalur lain.
