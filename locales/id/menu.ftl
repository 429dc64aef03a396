# Perintah: satu baris per perintah, di menu Telegram dan di /help.

command-start = Mulai
command-help = Lihat semua perintah
command-language = Ganti bahasa
command-cancel = Batalkan yang sedang ditulis

command-new = Buat tiket baru
command-mytickets = Lihat tiket Anda
command-ticket = Lihat satu tiket lewat nomornya

command-online = Mulai menerima tiket
command-offline = Berhenti menerima tiket
command-busy = Sibuk, jangan beri tiket baru
command-away = Tidak di tempat sebentar
command-hours = Jam kerja Anda
command-myqueue = Antrian tiket Anda
command-status = Status dan angka hari ini
command-autoassign = Penugasan otomatis: on atau off
command-alias = Nama Anda untuk pelanggan
command-queue = Tiket yang menunggu
command-search = Cari tiket berdasarkan kata
command-reply = Kirim balasan siap pakai: /r kata
command-withdraw = Tarik pesan (balas pesannya)
command-forget = Ekspor atau hapus data pribadi
command-forget-customer = Ekspor atau hapus data pelanggan: /forget @username
command-transcript = Percakapan sebuah tiket sebagai dokumen
command-web = Buka dasbor
command-token = Token untuk aplikasi web

command-workload = Beban kerja semua agen
command-agents = Daftar agen
command-invite = Undang agen baru
command-invites = Undangan yang masih berlaku
command-addadmin = Jadikan seseorang admin
command-removeadmin = Cabut peran admin
command-deadletters = Pesan yang gagal dan disisihkan
command-addagent = Jadikan seseorang agen
command-removeagent = Cabut peran agen
command-setmax = Atur batas tiket agen
command-priority = Atur prioritas tiket
command-audit = Riwayat sebuah tiket
command-reassign = Alihkan tiket
command-department = Kelola departemen
command-category = Tambah kategori
command-replies = Kelola balasan siap pakai
command-topics = Topik per tiket: nyala atau mati
command-stats = Statistik meja layanan
command-settings = Pengaturan meja layanan
command-ban = Blokir pelanggan
command-unban = Buka blokir pelanggan

help-line = /{ $command } – { $description }
help-note = <code>//</code> di awal pesan – catatan internal yang tidak dilihat pelanggan
help-head = 💡 <b>Yang bisa Anda lakukan</b>
help-customer-hint = Cara termudah: kirim saja pesan di sini, dan kami buatkan tiketnya.
help-group-customer = <b>Tiket Anda</b>
help-group-agent = <b>Agen</b>
help-group-admin = <b>Admin</b>
help-group-everyone = <b>Umum</b>

menu-dashboard = Dasbor
button-dashboard = 🌐 Buka dasbor
