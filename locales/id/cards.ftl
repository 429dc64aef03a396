# Kartu pelanggan: tiket yang sedang ditulis.

draft-choose =
    Halo <b>{ $name }</b>! 👋
    Silakan pilih kategori tiket Anda.
draft-choose-again = 🏷 Pilih kategori tiket Anda.
draft-so-far = Yang sudah Anda tulis:
draft-describe =
    Halo <b>{ $name }</b>! 👋
    Kategori: { $label }

    Apa yang bisa kami bantu? Tuliskan di sini, atau kirim foto, dokumen, pesan suara, atau video beserta keterangannya.
draft-preview = 📝 <b>Tiket Anda siap dikirim</b>
draft-long = ✂️ Yang tampil di sini hanya bagian awalnya. Seluruh { $length } karakter tersimpan dan ikut terkirim.
draft-preview-hint = Sudah sesuai? Tekan ✅ Kirim. Masih ada tambahan? Tulis saja, kami masukkan ke tiket ini.
draft-continue-hint = ✅ Kirim membuat tiket baru. ↩️ Lanjutkan membuka kembali “{ $ticket }” dan menambahkan pesan ini. Masih ada tambahan? Tulis saja.
draft-continue-choose = Pilih kategori untuk membuat tiket baru. ↩️ Lanjutkan membuka kembali “{ $ticket }” dan menambahkan pesan ini.
draft-continue-none = Hanya ucapan terima kasih? Tekan ✖️ Batal.

# Kartu pelanggan: satu tiket, dan daftar tiketnya.

track-head = 🎫 Tiket <code>{ $number }</code>
track-created =
    🎫 Terima kasih, tiket Anda sudah kami terima.
    Nomor: <code>{ $number }</code>
track-returned =
    ⏳ Tiket Anda kembali ke antrian. Gilirannya tetap dihitung dari saat tiket dibuat.
    Nomor: <code>{ $number }</code>
track-reopened =
    ↩️ Tiket Anda dibuka lagi dan kembali ke antrian. Gilirannya dihitung dari saat tiket dibuat.
    Nomor: <code>{ $number }</code>
track-assigned = 👤 Tiket <code>{ $number }</code> sekarang ditangani oleh <b>{ $agent }</b>. Mohon tunggu sebentar.
track-assigned-unnamed = 👤 Tiket <code>{ $number }</code> sudah diterima agen. Mohon tunggu sebentar.
track-on-hold = ⏸ Tiket <code>{ $number }</code> ditunda sementara oleh <b>{ $agent }</b>.
track-on-hold-unnamed = ⏸ Tiket <code>{ $number }</code> ditunda sementara oleh agen.
track-cancelled = ✖️ Tiket <code>{ $number }</code> sudah dibatalkan sesuai permintaan Anda.
track-accepted = 🟡 Diterima agen, segera dikerjakan
track-agent = Agen: <b>{ $agent }</b>
track-handled-by = Ditangani oleh: <b>{ $agent }</b>
track-online = { $count ->
    [0] Agen online: saat ini tidak ada
   *[other] Agen online: { $count }
}
track-position = { $position ->
    [1] Posisi antrian: #1. Giliran Anda berikutnya!
   *[other] Posisi antrian: #{ $position } atau lebih awal
}
track-write = 💬 Ada tambahan? Tulis saja di sini, langsung sampai ke agen.
track-nobody-online = Tiket Anda aman di antrian dan gilirannya tetap terjaga sampai ada agen yang kembali.

tickets-head = 🎫 <b>Tiket Anda</b>
tickets-empty = Anda belum punya tiket. Perlu bantuan? Cukup kirim pesan di sini, atau tekan /new.

tickets-one = <b>{ $at }.</b> <code>{ $number }</code>
ticket-head = <b>#{ $at }</b> • <code>{ $number }</code>
ticket-label = { $label }
ticket-subject = 💬 { $subject }
ticket-unreachable = ⚠️ Pelanggan saat ini tidak dapat dihubungi.

# Kartu agen: satu tiket.

task-new = 🎫 <b>Tiket baru ditambahkan ke antrian Anda!</b>
task-reopened = ↩️ <b>Menurut pelanggan, tiket ini belum selesai.</b> Sebelumnya Anda yang menyelesaikannya.
task-reopened-by-colleague = ↩️ <b>Menurut pelanggan, tiket ini belum selesai.</b> Sebelumnya rekan Anda yang menyelesaikannya.
task-number = Ticket: <code>{ $number }</code>
task-customer = Pelanggan: { $name } (@{ $username })
task-customer-link = Pelanggan: <a href="tg://user?id={ $id }">{ $name }</a>
task-load = Anda memiliki { $held }/{ $max } tiket aktif.
task-completed = ✅ Tiket ini sudah selesai.
task-cancelled = ✖️ Tiket ini dibatalkan.
task-requeued = ↩️ Tiket ini sudah kembali ke antrian.
task-with = ↪️ Tiket ini sekarang ditangani oleh <b>{ $agent }</b>.
task-gone = ↩️ Tiket ini tidak lagi di antrian Anda.
task-moved = ⬇️ Tiket ini masuk lagi ke antrian Anda. Lihat di bawah.

# Kartu agen: antrian sendiri.

queue-head = 📋 <b>Antrian Tiket Saya ({ $held }/{ $max })</b>
queue-assigned = Ditugaskan: { $when }
queue-empty = Antrian Anda kosong. Silakan beristirahat sejenak. ☕
queue-free = ℹ️ { $count } slot tersedia. Tiket baru akan masuk otomatis.
queue-free-manual = ℹ️ { $count } slot tersedia. Penugasan otomatis tidak aktif; ambil tiket lewat /queue.
queue-full = { $over ->
    [0] ℹ️ Antrian Anda penuh. Selesaikan satu tiket untuk menerima yang berikutnya.
   *[other] ℹ️ Antrian Anda melebihi batas sebanyak { $over } tiket. Selesaikan { $count } tiket untuk menerima yang berikutnya.
}
queue-paused = ℹ️ Tiket baru tidak masuk sampai Anda kembali online.
queue-offline = ℹ️ Anda sedang offline. Tekan 🟢 Online untuk menerima tiket.
queue-lost = ℹ️ Kami tidak melihat aktivitas Anda, jadi tiket baru belum masuk. Tekan 🟢 Online untuk menerimanya lagi.
queue-former = Anda bukan agen lagi, jadi antrian ini sudah ditutup.

# Kartu agen: yang menunggu, dan keadaannya sendiri.

waiting-head = ⏳ <b>{ $count } tiket menunggu</b>
waiting-closed = Daftar ini untuk agen dan admin, jadi sudah ditutup.
waiting-empty = ✨ Tidak ada tiket yang menunggu.
waiting-since = Masuk: { $when }

status-head = 👤 <b>Status Anda</b>
status-load = Tiket aktif: { $held }/{ $max }
status-auto = Penugasan otomatis: { $auto }
status-auto-manual = Penugasan otomatis: saat ini tidak aktif untuk semua; ambil tiket lewat /queue
status-departments = Departemen: { $departments }
status-waiting = Menunggu di antrian: { $count } tiket
status-today = Hari ini: { $assigned } tiket masuk, { $completed } selesai

# Kartu admin.

workload-head = 👥 <b>Beban Kerja Agen</b>
workload-agent = <b>{ $name }</b> · { $availability } · { $held }/{ $max }
workload-bar = <code>{ $bar }</code> { $percent }%
workload-bar-full = <code>{ $bar }</code> { $percent }% <b>PENUH</b>
workload-empty = Belum ada agen. Undang agen pertama dengan /invite.
workload-statistics = 📊 <b>Statistik Antrian</b>
workload-waiting = Menunggu di antrian: { $count } tiket
workload-online = Agen online: { $online }/{ $total }
workload-free = Kapasitas: { $count } slot tersedia

agent-head = 👤 <b>{ $name }</b>
agent-unreachable = ⚠️ Memblokir bot ini, jadi tidak menerima tiket sampai blokirnya dibuka.
