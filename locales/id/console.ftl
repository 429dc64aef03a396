# Konsol: agen dan tiket yang diatur admin.

console-closed = Daftar ini hanya untuk admin, jadi sudah ditutup.
console-back = ⬅️ { $name }
console-back-workload = ⬅️ Beban kerja
console-back-queue = ⬅️ Antrian
console-back-ticket = ⬅️ Tiket
button-manage = 🛠 Kelola
console-no-tickets = Belum memegang tiket.
console-held =
    { $at }. <code>{ $number }</code>
    { $state } · { $when }
console-ticket-label = { $dot } …{ $tail } · { $label }
console-less = − 1
console-more = + 1
console-capacity = Batas: { $max }
console-capacity-set = 🔢 Batas { $name } sekarang { $max } tiket.
console-capacity-stands = Batas { $name } sudah berubah: { $max } tiket.
console-auto-on = ▶️ Nyalakan otomatis
console-auto-off = ⏸ Matikan otomatis
console-auto-is-on = ▶️ { $name } kembali mendapat tiket otomatis.
console-auto-is-off = ⏸ { $name } tidak mendapat tiket otomatis lagi.
console-offline = 🔴 Jadikan offline
console-is-offline = 🔴 { $name } sekarang offline.
console-availability-stands = Tidak diubah: { $name } sekarang { $availability }.
console-departments = 🏢 Departemen
console-profile = ⚙️ Lainnya
console-no-agents = Tidak ada agen lain untuk tiket <code>{ $number }</code>.
console-to-top = ⏫ Ke paling atas
console-cancel = ✖️ Batalkan tiket
console-cancel-sure =
    ✖️ Batalkan tiket <code>{ $number }</code> dari <b>{ $customer }</b>?
    Status: { $state }

    Pelanggan akan diberi tahu, juga agen yang memegangnya.
console-messages = 💬 Percakapan
console-no-messages = 💬 Belum ada percakapan di tiket <code>{ $number }</code>.
console-transcript = 📄 Transkrip lengkap
console-reassigned = ↪️ { $number } sekarang di antrian { $agent }.
console-priority-set = ✅ Prioritas { $number }: { $priority }
console-released = ↩️ { $number } kembali ke antrian.
notice-cancelled-by-desk = ✖️ Tiket <code>{ $number }</code> dibatalkan oleh tim kami. Masih butuh bantuan? Silakan buat tiket baru.
notice-task-cancelled-by-admin = ✖️ Tiket <code>{ $number }</code> dibatalkan admin dan sudah keluar dari antrian Anda.
notice-set-offline = 🔴 Admin menjadikan Anda offline. Tekan 🟢 Online kalau sudah siap lagi.
notice-auto-on = ▶️ Admin menyalakan penugasan otomatis Anda: tiket baru masuk sendiri ke antrian Anda.
notice-auto-off = ⏸ Admin mematikan penugasan otomatis Anda. Tiket yang menunggu bisa diambil lewat /queue.
