# Tiket pelanggan selesai: membuka kembali dan memberi nilai.

completed-hint = Masih ada kendala? Tekan ↩️ Belum selesai. Ada hal lain? Cukup kirim pesan di sini.
button-reopen = ↩️ Belum selesai
button-skip = ⏭ Lewati
reopen-done = ↩️ Tiket { $number } dibuka kembali.
reopened-before = Tiket { $number } sudah pernah dibuka kembali. Sekarang: { $state }.
reopen-too-late = Tiket { $number } sudah terlalu lama selesai untuk dibuka kembali. Kirim saja pesan di sini, nanti kami buatkan tiket baru.
button-continue = ↩️ Lanjutkan { $number }
continue-done = ↩️ Tiket <code>{ $number }</code> dibuka kembali. Yang Anda tulis sudah masuk ke tiket itu dan akan dibaca agen.
continued-before = Sudah masuk ke tiket { $number }.
continue-too-late = Tiket { $number } sudah terlalu lama selesai untuk dilanjutkan. Yang Anda tulis tersimpan dan bisa dikirim sebagai tiket baru.
rating-ask = Seberapa puas Anda dengan bantuan kami?
rating-button = { $stars } ⭐
rating-given = Penilaian Anda: { $stars }
rating-thanks = 🙏 Terima kasih atas penilaian Anda!
rating-ask-comment = 🙏 Terima kasih atas penilaian Anda! Ada yang ingin Anda sampaikan? Tulis di sini dalam sepuluh menit, atau lewati saja.
rating-commented = 🙏 Terima kasih atas penilaian dan komentar Anda!
rating-comment-continue = 🙏 Terima kasih, admin kami bisa membacanya bersama penilaian Anda. Masih ada kendala? ↩️ Lanjutkan membuka kembali “{ $ticket }” dan menambahkan pesan ini. Ada hal lain? Cukup kirim pesan di sini.
rating-comment-thanks = 🙏 Terima kasih, admin kami bisa membacanya bersama penilaian Anda. Butuh bantuan lagi? Cukup kirim pesan di sini.
notice-low-rating = 💬 <b>{ $name }</b> mengomentari penilaian rendah untuk tiket <code>{ $number }</code>.
rating-closed = Penilaian tiket { $number } sudah tidak bisa diubah. Terima kasih!

# Tiket agen dibuka kembali, atau dibatalkan bersama pelanggannya.

notice-task-reopened = ↩️ Menurut pelanggan, tiket <code>{ $number }</code> yang Anda selesaikan belum beres. Tiketnya kembali ke antrian umum.
notice-task-dropped = 🚫 Tiket <code>{ $number }</code> dibatalkan oleh admin karena pelanggannya diblokir. Tiketnya sudah keluar dari antrian Anda.

# Pemblokiran.

notice-banned = 🚫 Saat ini pesan Anda tidak kami teruskan, jadi tiket tidak bisa dibuat di sini. Kalau menurut Anda ini keliru, silakan hubungi kami lewat jalur lain.
notice-unbanned = ✅ Anda bisa mengirim pesan dan membuat tiket lagi.
notice-customer-banned = 🚫 Pelanggan tiket <code>{ $number }</code> diblokir oleh admin. Pesan barunya tidak diteruskan; tiketnya tetap ada pada Anda.
no-such-customer = Tidak ada pelanggan “{ $name }”. Gunakan nama, @username, ID Telegram, atau salah satu tiketnya.
several-customers = Ada beberapa pelanggan bernama “{ $name }”. Pilih salah satu:
ban-pick = 🚫 Siapa yang ingin diblokir? Pilih dari yang baru-baru ini menulis, atau ketik <code>/ban @username alasan</code>.
ban-nobody = Belum ada pelanggan.
ban-staff = <b>{ $name }</b> adalah staf dan tidak bisa diblokir. Cabut dulu peran agennya.
ban-done = 🚫 <b>{ $name }</b> diblokir. Kirimannya tidak diteruskan, dan ia tidak bisa membuat tiket.
ban-reason = Alasan: { $reason }
ban-open-tickets = { $count ->
   *[other] { $count } tiketnya masih belum selesai.
}
ban-tickets-cancelled = { $count ->
    [0] Tidak ada lagi tiket yang belum selesai.
   *[other] ✖️ { $count } tiket dibatalkan
}
button-cancel-tickets = ✖️ Batalkan tiketnya
button-unban = ↩️ Buka blokir
unban-pick = Blokir siapa yang ingin dibuka?
unban-nobody = Tidak ada yang diblokir.
unban-none = <b>{ $name }</b> tidak diblokir.
unban-done = ↩️ Blokir <b>{ $name }</b> sudah dibuka.

# Satu tiket, untuk staf.

ticket-usage = Gunakan <code>/ticket</code> dengan nomor tiket, atau dengan empat karakter terakhirnya. Untuk mencari tiket berdasarkan kata, gunakan /search.
line-rating = Penilaian: { $stars }
line-rating-comment = Komentar: { $comment }
button-reassign = ↪️ Alihkan

# Balasan siap pakai.

replies-head = 💬 <b>Balasan siap pakai</b>
replies-none = 💬 Belum ada balasan siap pakai. Balasan siap pakai adalah teks yang sering dikirim agen.
reply-new = ➕ Balasan baru
reply-head = 💬 <b>{ $word }</b>
reply-department = Departemen: { $department }
reply-edit = ✏️ Ubah teks
reply-remove = 🗑 Hapus
reply-choose-department = 🏢 Departemen
reply-ask =
    Tulis satu kata agar balasan mudah dicari agen, lalu teksnya, dalam satu pesan. Contoh:
    <code>halo Halo {"{"}name{"}"}, saya {"{"}agent{"}"}.</code>

    {"{"}name{"}"} menjadi nama pelanggan, {"{"}number{"}"} nomor tiket, {"{"}agent{"}"} nama agen. Untuk berhenti: /cancel.
reply-ask-text = Apa teks baru untuk <b>{ $word }</b>? Tulis di sini, atau /cancel.
reply-which-department = Balasan <b>{ $word }</b> untuk agen departemen mana?
reply-remove-sure = Hapus balasan <b>{ $word }</b>?
reply-removed = 🗑 Balasan dihapus
reply-gone = Balasan itu sudah dihapus.
no-such-reply = Tidak ada balasan “{ $word }”. Untuk menulisnya: <code>/replies kata teks</code>
reply-word-taken = Sudah ada balasan dengan kata itu.
reply-lacks-text = “{ $word }” belum ada teksnya. Tulis katanya sekali lagi, lalu teksnya dalam pesan yang sama: <code>{ $word } …</code>
reply-invalid = Balasan perlu satu kata, paling banyak { $word } karakter, lalu teks, paling banyak { $max } karakter.
reply-placeholder = { $word } tidak ada isinya, jadi pelanggan akan membacanya apa adanya. Ada tiga penanda: {"{"}name{"}"} untuk nama pelanggan, {"{"}number{"}"} untuk nomor tiket, {"{"}agent{"}"} untuk nama agen. Balasannya belum disimpan; silakan kirim sekali lagi.
reply-limit = Sudah ada { $max } balasan, dan itu batasnya. Hapus salah satu dulu.
