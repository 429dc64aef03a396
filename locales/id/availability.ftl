# Pengingat tiket yang belum dibuka.

task-nudged = ⏰ <b>{ $number } masih menunggu Anda.</b>
task-nudged-time = Buka tiket ini, atau kembalikan supaya bisa ditangani agen lain. Jika belum dibuka dalam { $time }, tiket dialihkan ke agen lain yang siap.
task-nudged-hint = Buka tiket ini, atau kembalikan supaya bisa ditangani agen lain.
notice-task-passed-on = ↪️ Tiket <code>{ $number }</code> belum dibuka tepat waktu, jadi dialihkan ke agen lain.
toast-given-back = ↩️ Tiket kembali ke antrian

# Tidak di tempat sampai waktu tertentu.

availability-until = { $availability }, kembali { $when }
absence-ask = Sampai kapan? Setelah itu Anda otomatis online lagi, atau offline di luar jam kerja.
absence-prompt = 🌙 Sampai kapan Anda tidak di tempat? Tulis lamanya, jamnya, atau tanggalnya.
absence-examples =
    Contoh:
    • <code>2 jam</code>
    • <code>14.00</code>
    • <code>besok 09.00</code>
    • <code>2026-12-01</code> atau <code>1/12</code>
absence-unclear = 🤔 Saya belum mengerti “{ $text }”. Tulis lamanya Anda pergi, jam kembali, atau tanggalnya.
absence-past = 🕰 “{ $text }” sudah lewat. Tulis waktu yang akan datang.
absence-too-far = 📅 “{ $text }” lebih dari setahun lagi. Tulis waktu yang lebih dekat.
button-absence-hour = ⏱ 1 jam
button-absence-today = 🌅 Sisa hari ini
button-absence-other = 📅 Waktu lain
button-absence-open = ♾ Tanpa batas
button-still-away = 🌙 Belum kembali
notice-absence-over = 🟢 <b>Selamat datang kembali!</b> Anda online lagi dan menerima tiket.
