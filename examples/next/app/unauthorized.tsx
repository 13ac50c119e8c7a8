export default function Unauthorized() {
  return (
    <p>
      <a href="/sign-in">Log in</a> to see this.
    </p>
  )
}
