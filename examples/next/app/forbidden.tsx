export default function Forbidden() {
  return <p>This is not for you.</p>
}
