# Kabar untuk pelanggan.

notice-completed = ✅ Tiket <code>{ $number }</code> sudah selesai. Terima kasih!
notice-something-broke = ⚠️ Maaf, pesan Anda yang terakhir gagal kami proses. Admin sudah diberi tahu. Silakan coba sekali lagi.

# Kabar untuk agen.

notice-words = 📄 <code>{ $number }</code> ({ $part }/{ $parts })
notice-file = 📎 <code>{ $number }</code>
notice-task-cancelled = ✖️ Tiket <code>{ $number }</code> dibatalkan oleh pelanggan dan sudah keluar dari antrian Anda.
notice-task-taken = ↪️ Tiket <code>{ $number }</code> dialihkan ke <b>{ $agent }</b>.
notice-task-requeued = ↩️ Tiket <code>{ $number }</code> dikembalikan dari antrian Anda ke antrian umum.
notice-customer-unreachable = ⚠️ Pelanggan tiket <code>{ $number }</code> memblokir bot ini, jadi pesan dari bot tidak sampai kepadanya.
notice-still-online =
    🙋 <b>Masih online?</b>
    Sudah lama tidak ada aktivitas dari Anda. Tanpa jawaban dalam { $minutes } menit, Anda akan menjadi offline.
notice-still-there =
    🙋 <b>Masih aktif?</b>
    Sudah lama tidak ada aktivitas dari Anda. Tanpa jawaban dalam { $minutes } menit, Anda akan menjadi offline.
notice-taken-offline = 🔴 Tidak ada jawaban, jadi Anda sekarang offline. { $count ->
    [0] Tidak ada tiket di antrian Anda.
   *[other] { $count } tiket tetap di antrian Anda.
}

# Kabar untuk siapa saja, dan untuk admin.

notice-role-customer = Anda sekarang terdaftar sebagai pelanggan dan tidak lagi menerima tiket. Terima kasih atas kerja sama Anda.
notice-role-agent = 👋 Selamat bergabung, Anda sekarang agen! Tekan 🟢 Online untuk mulai menerima tiket, atau /help untuk melihat semua perintah.
notice-role-admin =
    👋 Anda sekarang admin. Tekan /help untuk melihat semua perintah.
    Langkah berikutnya: undang agen dengan /invite, atau jadikan diri sendiri agen dengan /addagent.
notice-role-admin-agent =
    👋 Anda sekarang admin, dan tetap agen. Tekan /help untuk melihat semua perintah.
    Langkah berikutnya: undang agen lain dengan /invite.
notice-no-longer-admin = Anda bukan admin lagi. Anda tetap bisa membuat tiket di sini. Terima kasih atas kerja sama Anda.
notice-no-longer-admin-agent = Anda bukan admin lagi. Anda tetap agen, dan tiket Anda tetap pada Anda.
notice-admin-added = 🔑 <b>{ $admin }</b> menjadikan <b>{ $name }</b> admin.
notice-admin-removed = 🔑 <b>{ $admin }</b> mencabut peran admin <b>{ $name }</b>.
notice-no-longer-agent = Anda bukan agen lagi dan tidak lagi menerima tiket. Anda tetap admin.
notice-alias-set = 🎭 Admin memilihkan nama untuk Anda: pelanggan sekarang mengenal Anda sebagai <b>{ $alias }</b>. Anda bisa memilih nama lain dengan /alias.
notice-alias-cleared = 🎭 Admin menghapus nama yang Anda pilih untuk pelanggan. Anda bisa memilih nama lain dengan /alias.
notice-capacity-changed = 🔢 Batas tiket Anda sekarang { $max }. { $held ->
    [0] Saat ini Anda tidak memegang tiket.
   *[other] Saat ini Anda memegang { $held } tiket.
}
notice-department-joined = 🏢 Sekarang Anda menerima tiket departemen <b>{ $department }</b>.
notice-department-left = 🏢 Anda tidak lagi menerima tiket baru departemen <b>{ $department }</b>. Tiket yang sudah Anda pegang tetap pada Anda.
notice-joined = 👋 <b>{ $name }</b> menerima undangan dan sudah bergabung.
notice-agent-unreachable = ⚠️ <b>{ $name }</b> memblokir bot ini dan tidak menerima tiket sampai blokirnya dibuka.
notice-agent-released = { $released ->
   *[other] { $released } tiket kembali ke antrian.
}
notice-agent-kept = { $kept ->
   *[other] { $kept } tiket tetap di antriannya; alihkan lewat /reassign.
}
notice-returned = ↩️ Tiket <code>{ $number }</code> kembali kepada <b>{ $agent }</b>, karena tidak ada agen lain yang bisa menerimanya. Pilih agen lain lewat /reassign.
notice-update-put-aside = ⚠️ Kiriman Telegram nomor <code>{ $update }</code> tidak bisa diproses dan disisihkan. Pesan lain tetap berjalan seperti biasa. Lihat /deadletters.
notice-part-undelivered = ⚠️ Satu lampiran atau bagian dari tiket <code>{ $number }</code> tidak bisa dikirim ke Anda karena ditolak Telegram. Pelanggan sudah diminta mengirimnya lagi.
notice-send-again = ⚠️ Sebagian kiriman Anda untuk tiket <code>{ $number }</code> tidak sampai ke agen kami. Mohon kirim lagi berkas atau teks itu.
notice-undelivered = ⚠️ Satu pesan untuk <b>{ $name }</b> tidak dilanjutkan: ditolak Telegram, atau dua kali tidak jelas apakah sudah sampai. Sejauh ini { $total } pesan gagal. Lihat /deadletters.

# Gangguan, untuk admin: saat mulai, dan saat selesai.

alert-nobody-online = 🚨 Tidak ada agen yang online di <b>{ $department }</b>.
alert-nobody-online-over = ✅ Kembali ada agen yang online di <b>{ $department }</b>.
alert-ticket-waits = 🚨 Ada tiket di <b>{ $department }</b> yang sudah menunggu lebih dari { $time }.
alert-ticket-waits-over = ✅ Tidak ada lagi tiket yang menunggu terlalu lama di <b>{ $department }</b>.
alert-heartbeats-fail = 🚨 Banyak heartbeat agen yang gagal. Rinciannya ada di log.
alert-heartbeats-fail-over = ✅ Heartbeat agen diterima kembali.
alert-store-away = 🚨 Basis data sempat tidak dapat dihubungi.
alert-store-away-over = ✅ Basis data dapat dihubungi kembali.
alert-presence-away = 🚨 Redis, yang mencatat siapa yang online, tidak dapat dihubungi. Status agen tidak berubah karena ini.
alert-presence-away-over = ✅ Redis, yang mencatat siapa yang online, dapat dihubungi kembali.
alert-person-unreadable = 🚨 Data <b>{ $name }</b> di basis data rusak dan tidak bisa dibaca. Sistem tetap berjalan tanpa orang ini sampai datanya diperbaiki. Rinciannya ada di log.
alert-person-unreadable-over = ✅ Data <b>{ $name }</b> sudah bisa dibaca kembali.
alert-muted = 🔕 Dibisukan { $name } untuk semua admin sampai { $time }.
notice-alert-muted = 🔕 <b>{ $name }</b> membisukan peringatan ini untuk semua admin sampai { $time }:
notice-alert-unmuted = 🔔 <b>{ $name }</b> mengaktifkan lagi peringatan ini:
button-mute-hour = 🔕 1 jam
button-mute-eight-hours = 🔕 8 jam
button-mute-tomorrow = 🔕 Sampai besok
button-unmute = 🔔 Aktifkan lagi
toast-muted = 🔕 Dibisukan untuk semua admin sampai { $time }
toast-unmuted = 🔔 Aktif lagi
