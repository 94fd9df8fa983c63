export default function DemonstrationsPage() {
  return null
}
