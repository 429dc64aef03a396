# Rekam jejak tiket: ringkasan untuk pemegang baru, transkrip, pencarian, data pribadi.

summary-head = 🔁 <b>Percakapan sejauh ini</b> · <code>{ $number }</code>
    { $count ->
       *[other] { $count } pesan terakhir:
    }
summary-customer = 👤 <b>{ $name }</b> · { $time }: { $text }
summary-agent = 💬 <b>{ $name }</b> · { $time }: { $text }
summary-note = 🗒 <b>{ $name }</b> · { $time }: { $text }
summary-kind = 📎 { $kind }
button-summary-media = 📎 Media

transcript-usage = 📄 Kirim /transcript dengan nomor tiket, misalnya <code>/transcript INC120420251352536CO</code>.
transcript-which = 📄 <b>Transkrip tiket yang mana?</b>
transcript-caption = 📄 Transkrip tiket <code>{ $number }</code>, { $count ->
       *[other] { $count } pesan
    }. Isinya bisa memuat data pribadi, jadi bagikan dengan hati-hati.
transcript-file = transkrip-{ $number }
transcript-title = Tiket { $number }
transcript-customer = Pelanggan
transcript-category = Kategori
transcript-state = Status
transcript-opened = Dibuat
transcript-agent = Agen
transcript-description = deskripsi
transcript-empty = Belum ada pesan.
transcript-note = 🗒 catatan internal
transcript-edited = ✏️ diubah
transcript-forwarded = ↪️ diteruskan
transcript-forwarded-from = ↪️ diteruskan dari { $name }
transcript-waiting = ⏳ belum terkirim
transcript-failed = ⚠️ tidak terkirim
transcript-made = Dibuat { $time }. Semua waktu dalam zona { $zone }.
